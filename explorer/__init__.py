"""Computation behind the Cross-Entropy Explorer; nothing in here imports streamlit."""
