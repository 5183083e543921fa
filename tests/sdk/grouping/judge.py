"""Lets Encord's own SDK judge scenes and the settings of time series.

{"scenes": [scene, …], "settings": [settings, …], "items": {…}} comes in on stdin; {"scenes": [null or what is wrong, …], "settings":
[whether it is taken, …]} goes out. `items` is a whole `dataItems` form, which must be taken.
"""

import json
import sys

from encord.beta.scene.internal.upload import InputScene
from encord.orm.storage import DataUploadItems, TimeSeriesViewSettings
from pydantic import ValidationError


def fault(model, value):
    try:
        model.model_validate(value)
    except ValidationError as error:
        return str(error)
    return None


asked = json.load(sys.stdin)
DataUploadItems.model_validate(asked.get("items", {}))
json.dump(
    {
        "scenes": [fault(InputScene, scene) for scene in asked["scenes"]],
        "settings": [fault(TimeSeriesViewSettings, settings) is None for settings in asked["settings"]],
    },
    sys.stdout,
)
