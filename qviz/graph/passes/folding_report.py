"""What folding did, as something to show: folding is a lesson in itself."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Folding:
    """What became of one batch norm, or of another layer that was folded.

    Attributes
    ----------
    layer : str
        The layer that is no more, or the batch norm that stays.
    into : tuple of str
        Layers whose weights took it up; empty where it stays as MUL and ADD.
    forward : bool
        Whether they come after it.
    reason : str
        Why it stays; empty where it was folded.
    dead_channels : int
        Channels with gamma 0: their output no longer depends on the input.
    """

    layer: str
    into: tuple[str, ...] = ()
    forward: bool = False
    reason: str = ""
    dead_channels: int = 0

    def __str__(self) -> str:
        """One sentence for the user."""
        if not self.into:
            text = f"{self.layer} stays as a multiplication and an addition: {self.reason}."
        else:
            where = "layer after it" if self.forward else "layer before it"
            text = f"{self.layer} is folded into the {where}, {' and '.join(self.into)}."
        if self.dead_channels:
            text += f" {self.dead_channels} of its channels have gamma 0 and become constant."
        return text


@dataclass(frozen=True, slots=True)
class FoldingReport:
    """What folding did: paddings first, then batch norms and arithmetic in execution order."""

    foldings: tuple[Folding, ...]

    @property
    def folded(self) -> tuple[Folding, ...]:
        """Those that went into weights."""
        return tuple(f for f in self.foldings if f.into)

    @property
    def unfolded(self) -> tuple[Folding, ...]:
        """Those that stay as MUL and ADD; an accuracy hazard in integers."""
        return tuple(f for f in self.foldings if not f.into)

    @property
    def sentences(self) -> tuple[str, ...]:
        """One a layer."""
        return tuple(dict.fromkeys(str(f) for f in self.foldings))
