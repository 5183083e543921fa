"""Fills an Azurite with the official Python client library and signs tokens for it.

Reads one JSON object from standard input:
  account_url, account, key   where and as whom
  containers                  {name: whether anybody may read and list it}
  blobs                       [{container, name, content, content_type, tier, metadata}]; content is base64, the last three may be null
  tokens                      [{permissions, minutes}] for account SAS tokens; minutes may be negative
Prints one: {"tokens": [...], "names": {container: [names as the service lists them]}}
"""

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ContentSettings,
    PublicAccess,
    ResourceTypes,
    generate_account_sas,
)

# The newest version that Azurite knows.
API_VERSION = "2026-04-06"


def main():
    wanted = json.load(sys.stdin)
    service = BlobServiceClient(wanted["account_url"], credential=wanted["key"], api_version=API_VERSION)
    containers = {}
    for name, public in wanted["containers"].items():
        containers[name] = service.create_container(name, public_access=PublicAccess.CONTAINER if public else None)

    def upload(blob):
        client = containers[blob["container"]].get_blob_client(blob["name"])
        content_type = blob.get("content_type")
        client.upload_blob(
            base64.b64decode(blob["content"]),
            metadata=blob.get("metadata"),
            content_settings=ContentSettings(content_type=content_type) if content_type else None,
        )
        if blob.get("tier"):
            client.set_standard_blob_tier(blob["tier"])

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(upload, wanted["blobs"]):
            pass
    tokens = [
        generate_account_sas(
            wanted["account"],
            wanted["key"],
            resource_types=ResourceTypes(service=True, container=True, object=True),
            permission=AccountSasPermissions.from_string(token["permissions"]),
            expiry=datetime.now(timezone.utc) + timedelta(minutes=token["minutes"]),
        )
        for token in wanted["tokens"]
    ]
    names = {name: list(container.list_blob_names()) for name, container in containers.items()}
    json.dump({"tokens": tokens, "names": names}, sys.stdout)


if __name__ == "__main__":
    main()
