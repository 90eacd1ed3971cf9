"""Seodam's library within other frameworks. Nothing in rag_core imports from here."""
