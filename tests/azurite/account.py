"""Looks at an Azurite's account, and changes it, with the official Python client library.

Reads one JSON object from standard input:
  account_url, account, key   where and as whom
  cors                        the CORS rules to set, or null: [{origins, methods, allowed, exposed, max_age}], lists of texts
  soft_delete                 days of soft delete to set, or null
  tokens                      [{permissions, resource_types, minutes}] for account SAS tokens
  container_tokens            [{container, permissions, minutes}] for service SAS tokens
Prints one: {"tokens": [...], "container_tokens": [...], "cors": [rules as the service has them], "soft_delete": days or null}
"""

import json
import sys
from datetime import datetime, timedelta, timezone

from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ContainerSasPermissions,
    CorsRule,
    ResourceTypes,
    RetentionPolicy,
    generate_account_sas,
    generate_container_sas,
)

# The newest version that Azurite knows.
API_VERSION = "2026-04-06"


def expiry(token):
    return datetime.now(timezone.utc) + timedelta(minutes=token["minutes"])


def main():
    wanted = json.load(sys.stdin)
    account, key = wanted["account"], wanted["key"]
    service = BlobServiceClient(wanted["account_url"], credential=key, api_version=API_VERSION)
    if wanted.get("cors") is not None:
        service.set_service_properties(
            cors=[
                CorsRule(
                    rule["origins"],
                    rule["methods"],
                    allowed_headers=rule["allowed"],
                    exposed_headers=rule["exposed"],
                    max_age_in_seconds=rule["max_age"],
                )
                for rule in wanted["cors"]
            ]
        )
    if wanted.get("soft_delete") is not None:
        service.set_service_properties(delete_retention_policy=RetentionPolicy(enabled=True, days=wanted["soft_delete"]))
    tokens = [
        generate_account_sas(
            account,
            key,
            resource_types=ResourceTypes.from_string(token["resource_types"]),
            permission=AccountSasPermissions.from_string(token["permissions"]),
            expiry=expiry(token),
        )
        for token in wanted.get("tokens", [])
    ]
    container_tokens = [
        generate_container_sas(
            account,
            token["container"],
            account_key=key,
            permission=ContainerSasPermissions.from_string(token["permissions"]),
            expiry=expiry(token),
        )
        for token in wanted.get("container_tokens", [])
    ]
    properties = service.get_service_properties()
    retention = properties["delete_retention_policy"]

    def texts(value):
        # The library hands the wire's text over as it is.
        return value.split(",") if value else []

    cors = [
        {
            "origins": texts(rule.allowed_origins),
            "methods": texts(rule.allowed_methods),
            "allowed": texts(rule.allowed_headers),
            "exposed": texts(rule.exposed_headers),
            "max_age": rule.max_age_in_seconds,
        }
        for rule in properties["cors"]
    ]
    json.dump(
        {
            "tokens": tokens,
            "container_tokens": container_tokens,
            "cors": cors,
            "soft_delete": retention.days if retention and retention.enabled else None,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
