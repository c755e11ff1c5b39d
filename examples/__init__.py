"""Things to try Strazha on; part of the checkout, not of the shipped packages."""
