"""Seodam's retriever with a pipeline of Hugging Face Transformers: see answer.py, example.ipynb."""
