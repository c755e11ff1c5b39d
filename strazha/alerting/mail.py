"""Alerts by e-mail, through the one server an administrator named, to the domains an administrator allowed."""

from __future__ import annotations

import re
import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime

from strazha.alerting.sending import FailedError
from strazha.clock import now
from strazha.errors import RefusedAddressError
from strazha.settings import Settings

#: Seconds a server may take to answer.
TIMEOUT = 15.0
# The addresses people have (a part of RFC 5321): no quotes, no spaces, nothing that could end a header.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&*+/=?^_`{|}~'-]{1,64}@(?P<domain>[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})")


def mail_allowed(settings: Settings, address: str) -> bool:
    """Whether alerts may go to an address at all: mail is set up, and its domain is allowed."""
    match = _ADDRESS.fullmatch(address) if len(address) <= 254 else None
    allowed = {domain.casefold() for domain in settings.mail_domains}
    return bool(settings.smtp_host) and match is not None and match["domain"].casefold() in allowed


def send_mail(settings: Settings, to: str, subject: str, text: str, delivery_id: str) -> None:
    """Send one message. Its id is that of the delivery, so that a repeated one is known as the same.

    RefusedAddressError for an address that is not allowed or that the server does not take for good; FailedError for
    anything that may pass.
    """
    if not mail_allowed(settings, to):
        raise RefusedAddressError("mail may not go there", remedy="STRAZHA_MAIL_DOMAINS names the domains alerts may go to")
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = settings.mail_from, to, subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{delivery_id}@strazha.invalid>"
    # RFC 3834: no out-of-office answers to this.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    try:
        _hand_over(settings, message, to)
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = next(iter(error.recipients.values()), (0, b""))
        if code >= 500:
            raise RefusedAddressError(f"the server does not take mail for this address ({code})") from error
        raise FailedError(f"the server does not take mail for this address now ({code})") from error
    except (smtplib.SMTPException, OSError, ValueError) as error:
        raise FailedError(_words(error)) from error


def _hand_over(settings: Settings, message: EmailMessage, to: str) -> None:
    context = ssl.create_default_context()
    host, port = settings.smtp_host, settings.smtp_port
    if settings.smtp_tls == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=TIMEOUT)
    with server:
        if settings.smtp_tls == "starttls":
            server.starttls(context=context)
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        server.send_message(message, from_addr=settings.mail_from, to_addrs=[to])


def _words(error: Exception) -> str:
    # An answer of the server may hold anything; its number says enough.
    code = getattr(error, "smtp_code", None)
    return f"{type(error).__name__}{f' {code}' if code else ''}"
