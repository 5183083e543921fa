"""What the check is compared with: a manifest read and validated by Encord's own SDK. Prints the seconds, those of processor time, and how many items it has."""

import json
import sys
import time

from encord.orm.storage import DataUploadItems

started, used = time.monotonic(), time.process_time()
with open(sys.argv[1], encoding="utf-8") as file:
    items = DataUploadItems.from_dict(json.load(file))
print(time.monotonic() - started, time.process_time() - used, len(items.images))
