"""What came of a scheme: data, metrics, errors, sizes, comparisons."""
