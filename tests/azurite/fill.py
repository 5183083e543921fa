"""Fills an Azurite with the official Python client library and signs tokens for it.

Reads one JSON object from standard input:
  account_url, account, key   where and as whom
  trust                       for https: the file with the certificate to be trusted; may be null
  containers                  {name: whether anybody may read and list it}; one that exists is filled further
  blobs                       [{container, name, content, content_type, tier, metadata, tags}]; content is base64, the last four may be null
  tokens                      [{permissions, minutes, resource_types, container, blob}]; minutes may be negative. A token is for
                              the account and these resource types (all without them), or for this container or blob of it
Prints one: {"tokens": [...], "names": {container: [names as the service lists them]}}
"""

import base64
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from azure.core.exceptions import ResourceExistsError
from azure.storage.blob import (
    AccountSasPermissions,
    BlobServiceClient,
    ContentSettings,
    PublicAccess,
    ResourceTypes,
    generate_account_sas,
    generate_blob_sas,
    generate_container_sas,
)

# The newest version that Azurite knows.
API_VERSION = "2026-04-06"


def sign(account, key, token):
    expiry = datetime.now(timezone.utc) + timedelta(minutes=token["minutes"])
    letters, container = token["permissions"], token.get("container")
    if token.get("blob"):
        return generate_blob_sas(
            account, container, token["blob"], account_key=key, permission=letters, expiry=expiry
        )
    if container:
        return generate_container_sas(account, container, account_key=key, permission=letters, expiry=expiry)
    return generate_account_sas(
        account,
        key,
        resource_types=ResourceTypes.from_string(token.get("resource_types") or "sco"),
        permission=AccountSasPermissions.from_string(letters),
        expiry=expiry,
    )


def main():
    wanted = json.load(sys.stdin)
    service = BlobServiceClient(
        wanted["account_url"],
        credential=wanted["key"],
        api_version=API_VERSION,
        connection_verify=wanted.get("trust") or True,
    )
    containers = {}
    for name, public in wanted["containers"].items():
        try:
            containers[name] = service.create_container(name, public_access=PublicAccess.CONTAINER if public else None)
        except ResourceExistsError:
            containers[name] = service.get_container_client(name)

    def upload(blob):
        client = containers[blob["container"]].get_blob_client(blob["name"])
        content_type = blob.get("content_type")
        client.upload_blob(
            base64.b64decode(blob["content"]),
            overwrite=True,
            metadata=blob.get("metadata"),
            tags=blob.get("tags"),
            content_settings=ContentSettings(content_type=content_type) if content_type else None,
        )
        if blob.get("tier"):
            client.set_standard_blob_tier(blob["tier"])

    with ThreadPoolExecutor(4) as pool:
        for _ in pool.map(upload, wanted["blobs"]):
            pass
    tokens = [sign(wanted["account"], wanted["key"], token) for token in wanted["tokens"]]
    names = {name: list(container.list_blob_names()) for name, container in containers.items()}
    json.dump({"tokens": tokens, "names": names}, sys.stdout)


if __name__ == "__main__":
    main()
