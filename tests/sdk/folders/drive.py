"""Works on folders with the official SDK, one request after the other.

A line of JSON comes in for each request and one goes out: {"do": name, arguments…} and what it came to, or {"error": the SDK's
class of exception}. ENCORD_TEST_DOMAIN and ENCORD_TEST_TOKEN say where and as whom.
"""

import json
import os
import sys
from uuid import UUID

from encord import EncordUserClient
from encord.orm import storage as orm
from encord.storage import StorageItemType as Type

client = EncordUserClient.create_with_bearer_token(
    os.environ["ENCORD_TEST_TOKEN"], domain=os.environ["ENCORD_TEST_DOMAIN"]
)


def describe(folder):
    folder = client.get_storage_folder(UUID(folder))
    return {
        "uuid": str(folder.uuid),
        "name": folder.name,
        "description": folder.description,
        "metadata": folder.client_metadata,
        "parent": str(folder.parent_uuid) if folder.parent_uuid else None,
        "path": [element.name for element in folder.path_to_root],
        "type": folder.folder_type.value,
    }


def create(name, parent=None, description=None, metadata=None):
    made = client.create_storage_folder(
        name, description=description, client_metadata=metadata, parent_folder=UUID(parent) if parent else None
    )
    return str(made.uuid)


def rename(folder, name):
    client.get_storage_folder(UUID(folder)).update(name=name)


def move(folder, to):
    client.get_storage_folder(UUID(folder)).move_to_folder(UUID(to) if to else None)


def delete(folder):
    client.get_storage_folder(UUID(folder)).delete()


def children(folder=None):
    listed = client.get_storage_folder(UUID(folder)).list_subfolders() if folder else client.list_storage_folders()
    return [one.name for one in listed]


def register(folder, integration, images=(), groups=()):
    items = orm.DataUploadItems(
        images=[orm.DataUploadImage(object_url=url) for url in images],
        image_groups=[
            orm.DataUploadImageGroup(
                title=f"group {at}", images=[orm.DataUploadImageGroupImage(url=url) for url in urls], create_video=False
            )
            for at, urls in enumerate(groups)
        ],
        skip_duplicate_urls=True,
    )
    folder = client.get_storage_folder(UUID(folder))
    result = folder.add_private_data_to_folder_get_result(folder.add_private_data_to_folder_start(integration, items))
    return len(result.items_with_names)


def urls(folder):
    return [item.url for item in client.get_storage_folder(UUID(folder)).list_items(item_types=list(Type))]


for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = globals()[request.pop("do")](**request)
    except Exception as error:
        answer = {"error": type(error).__name__, "message": str(error)}
    print(json.dumps(answer), flush=True)
