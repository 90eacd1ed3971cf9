"""Side-by-side measurements. Each module is run by itself and prints one JSON object."""
