"""Computation behind the Cross-Entropy Explorer; nothing in here imports streamlit."""

__version__ = "0.1.0"
