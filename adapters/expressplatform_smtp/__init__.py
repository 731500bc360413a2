"""Letters by e-mail: a `Messenger` that hands them to a mail server, and what comes back of those that nobody got."""

from expressplatform_smtp.bounces import bounced
from expressplatform_smtp.messenger import SmtpMessenger

__all__ = ["SmtpMessenger", "bounced"]
