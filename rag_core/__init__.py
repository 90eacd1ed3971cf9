"""Seodam's core: everything that is not a screen. It never imports streamlit."""
