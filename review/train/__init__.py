"""Training: invented adverts with known answers, wholly apart from real work."""
