"""Accounts: reasons for looking, administering accounts, signing in through an identity provider."""
