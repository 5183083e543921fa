"""Looks at cloud-synced folders with the official Python SDK, or makes one; prints one JSON object.

Arguments: DOMAIN KEY_FILE look FOLDER | DOMAIN KEY_FILE make NAME INTEGRATION REMOTE_URL
"""

import json
import sys
from pathlib import Path

from encord import EncordUserClient
from encord.orm.storage import CloudSyncedFolderParams, SidecarMatcherSuffix


def described(folder):
    config = folder.get_folder_config()
    ingestion = config.metadata_ingestion
    return {
        "uuid": str(folder.uuid),
        "synced": folder.is_cloud_synced,
        "remote_url": folder.remote_url,
        "integration": str(folder.integration_hash),
        "suffix": ingestion.matcher.suffix if ingestion else None,
        "paused": ingestion.paused if ingestion else None,
        "items": sorted(item.name for item in folder.list_items()),
    }


def main():
    domain, key_file, what, *rest = sys.argv[1:]
    client = EncordUserClient.create_with_ssh_private_key(Path(key_file).read_text(), domain=domain)
    if what == "look":
        folder = client.get_storage_folder(rest[0])
        result = described(folder)
        # Its own sync of a folder that this program made.
        job = folder.sync_private_data_with_cloud_synced_folder_start()
        status = folder.sync_private_data_with_cloud_synced_folder_get_result(job, timeout_seconds=60)
        result["sync"] = [status.status.value, status.upload_jobs_units_done]
    else:
        name, integration, remote_url = rest
        params = CloudSyncedFolderParams(integration_uuid=integration, remote_url=remote_url)
        folder = client.create_storage_folder(name, cloud_synced_folder_params=params)
        folder.enable_metadata_ingestion(SidecarMatcherSuffix(suffix=".meta.json"))
        result = described(client.get_storage_folder(folder.uuid))
    print(json.dumps(result))


main()
