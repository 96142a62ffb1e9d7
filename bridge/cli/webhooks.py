"""`python -m bridge webhooks …`: what Shopify calls us about, and what it has called us with."""

from dataclasses import asdict
from urllib.parse import urlsplit

import click

from bridge.cli import Noun
from bridge.cli.context import Context, Failure
from bridge.services import subscriptions
from bridge.services.apply_webhook import replay_webhook
from bridge.services.subscriptions import PATH, Report
from config.settings import DATABASE, REDIS, SHOPIFY


@click.group(cls=Noun)
def group() -> None:
    """Shopify's webhooks."""


@group.command("subscribe", needs=(DATABASE, REDIS, SHOPIFY))
@click.argument("url", required=False)
@click.pass_obj
def subscribe(bridge: Context, url: str | None) -> None:
    """Have Shopify call URL (default BRIDGE_PUBLIC_URL) about every topic we use.

    Missing subscriptions are made; superfluous ones at the same address are removed, other addresses are left
    alone. Safe to run twice.
    """
    report = subscriptions.repair(bridge.db, bridge.shop, address=_address(bridge, url))
    if report is None:
        raise Failure("another process is checking the subscriptions", code="busy")
    _answer(bridge, report)


@group.command("check", needs=(DATABASE, REDIS, SHOPIFY))
@click.argument("url", required=False)
@click.pass_obj
def check(bridge: Context, url: str | None) -> None:
    """Show what Shopify calls URL (default BRIDGE_PUBLIC_URL) about; change nothing. Exit 1 if a topic is missing."""
    _answer(bridge, subscriptions.look(bridge.shop, address=_address(bridge, url)))


@group.command("replay", needs=(DATABASE, REDIS))
@click.argument("webhook_id", metavar="ID")
@click.pass_obj
def replay(bridge: Context, webhook_id: str) -> None:
    """Apply a received webhook again; ID is Shopify's X-Shopify-Webhook-Id."""
    with bridge.db.transaction() as session:
        event = replay_webhook(session, webhook_id=webhook_id)
        answer = {"webhook_id": event.webhook_id, "topic": event.topic, "state": event.state}
    bridge.answer(answer, text=f"{answer['topic']} {webhook_id} will be applied again.")


def _address(bridge: Context, url: str | None) -> str:
    """Return the full address; a bare host is completed with our path.

    :raises Failure: there is no address, or it is none
    """
    given = url or bridge.settings.bridge_public_url
    if not given:
        raise Failure("say a URL, or set BRIDGE_PUBLIC_URL", code="no_address")
    parts = urlsplit(given)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise Failure(f"{given} is not an http(s) URL", code="no_address")
    return given if parts.path.rstrip("/") == PATH else subscriptions.address_of(given)


def _answer(bridge: Context, report: Report) -> None:
    missing = [topic for topic in report.missing if topic not in report.created]
    lines = [f"{report.address}"]
    lines += [f"  {topic}" for topic in report.present]
    lines += [f"  {topic}  (new)" for topic in report.created]
    lines += [f"  {topic}  (removed: we have no use for it)" for topic in report.removed]
    lines += [f"  {topic}  MISSING {report.refused.get(topic, '')}".rstrip() for topic in missing]
    lines += [f"also called, and not ours: {address}" for address in report.elsewhere]
    bridge.answer({**asdict(report), "complete": report.complete}, text="\n".join(lines))
    if not report.complete:
        raise Failure(f"{len(missing)} topics are not subscribed", [*missing], code="subscriptions_missing")
