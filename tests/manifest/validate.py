"""Has Encord's own models read `dataItems`: a line of JSON for each comes in, {"items": count} or {"refused": why} goes out."""

import json
import sys

from encord.orm.storage import DataUploadItems
from pydantic import ValidationError

for line in sys.stdin:
    items = json.loads(line)
    for series in items["dicomSeries"]:
        for file in series["dicomFiles"]:
            # The model asks for the key although it may be null, and leaves it out itself when it sends a null.
            file.setdefault("title", None)
    try:
        read = DataUploadItems.from_dict(items)
    except (ValidationError, ValueError) as error:
        answer = {"refused": str(error)}
    else:
        lists = (getattr(read, name) for name in type(read).model_fields)
        answer = {"items": sum(len(value) for value in lists if isinstance(value, list))}
    print(json.dumps(answer), flush=True)
