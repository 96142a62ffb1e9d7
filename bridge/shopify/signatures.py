"""Whether a webhook's body was signed by someone who knows the app's secret."""

import base64
import hmac
from collections.abc import Iterable


def verify(raw: bytes, header: str | None, secrets: Iterable[str]) -> bool:
    """Tell whether `header` is the signature of these very bytes under one of `secrets`.

    Shopify signs with the oldest secret that was not revoked, so the current and the previous one count.
    Every secret is tried whatever the first says: the time taken tells nothing.

    :param raw: the body as it came, before anything parsed it
    :param header: `X-Shopify-Hmac-Sha256`, base64; absent or malformed is simply not a signature

    Source: Shopify, "Verify webhook deliveries".
    """
    given = (header or "").strip().encode("utf-8", errors="replace")
    matches = [
        hmac.compare_digest(base64.b64encode(hmac.digest(secret.encode(), raw, "sha256")), given)
        for secret in secrets
        if secret
    ]
    return any(matches)
