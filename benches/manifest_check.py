"""What the check is compared with: a manifest read and validated by Encord's own SDK. Prints the seconds, and how many items it has."""

import json
import sys
import time

from encord.orm.storage import DataUploadItems

started = time.monotonic()
with open(sys.argv[1], encoding="utf-8") as file:
    items = DataUploadItems.from_dict(json.load(file))
print(time.monotonic() - started, len(items.images))
