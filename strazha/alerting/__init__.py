"""Alerts that leave the system, by e-mail and by webhook: only where an administrator has allowed it and an owner has asked."""
