"""Tasks to begin with."""

from email.message import EmailMessage

from questlog.clients import smtp
from questlog.core.config import load_settings
from questlog.worker.taskiq_app import broker


@broker.task
async def send_email_task(to: str, subject: str, body: str) -> None:
    """Send a plain mail. It may arrive twice if a worker dies right after sending."""
    await send_email(to, subject, body)


async def send_email(to: str, subject: str, body: str) -> None:
    """Hand a mail to the server of the settings. Raises DeliveryError when it does not take it."""
    mail = load_settings().mail
    message = EmailMessage()
    message["From"] = mail.sender
    message["To"] = to
    message["Subject"] = subject
    message.set_content(body)
    await smtp.deliver(mail, message)
