"""Names of Keras' own layer classes, to tell them from classes that only an author's code has."""

from __future__ import annotations

from qviz.formats.keras.lowering.registry import LAYERS

# Classes of keras.layers (Keras 2 and 3) that qviz does not lower itself.
_OTHERS = """
Attention AdditiveAttention MultiHeadAttention GroupQueryAttention LSTM GRU SimpleRNN RNN LSTMCell
GRUCell SimpleRNNCell StackedRNNCells Bidirectional ConvLSTM1D ConvLSTM2D ConvLSTM3D Conv3D
Conv3DTranspose MaxPooling3D AveragePooling3D AdaptiveAveragePooling3D AdaptiveMaxPooling3D
UpSampling3D CategoryEncoding Discretization Hashing HashedCrossing StringLookup IntegerLookup
TextVectorization MelSpectrogram STFTSpectrogram AutoContrast
ContrastLimitedAdaptiveHistogramEqualization MaxNumBoundingBoxes Pipeline ReversibleEmbedding
Lambda LocallyConnected1D LocallyConnected2D TFOpLambda SlicingOpLambda Wrapper CuDNNLSTM CuDNNGRU
"""


def is_keras_class(name: str) -> bool:
    """Whether Keras itself may know the class, so that its converter is worth a try.

    Operations of ``keras.ops`` and TensorFlow functions count too; they start with a capital and
    cannot be told from classes, so only the known ones do.
    """
    return name in LAYERS or name in _OTHERS.split()
