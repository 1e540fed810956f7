"""Verifies deliveries with the reference library of Standard Webhooks.

Reads a list of {"secret", "headers", "body"} from standard input and writes a list of what came of each: null, or why not.
"""

import json
import sys

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


def verdict(delivery):
    try:
        Webhook(delivery["secret"]).verify(delivery["body"], delivery["headers"])
    except WebhookVerificationError as refused:
        return str(refused)
    return None


json.dump([verdict(d) for d in json.load(sys.stdin)], sys.stdout)
