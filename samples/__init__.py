"""Two short handouts that come with Seodam, and the script that makes them."""
