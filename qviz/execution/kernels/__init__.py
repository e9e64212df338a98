"""Kernels: what each operator computes, one operator family a file."""
