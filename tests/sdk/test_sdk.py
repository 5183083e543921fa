"""Drives an Encord API with the official Python SDK and checks that the SDK is content with every answer.

Reads from the environment:
  ENCORD_TEST_DOMAIN       the API, e.g. http://127.0.0.1:8081
  ENCORD_TEST_KEY_FILE     an OpenSSH private key (Ed25519) that the API knows
  ENCORD_TEST_INTEGRATION  a cloud integration: its UUID, or its title
  ENCORD_TEST_OBJECT_BASE  URL prefix (ending in /) of a container with the demo's sample; empty: the integration has no
                           storage behind it and takes any URL

Run as a plain script: it prints one line a check and ends with status 1 at the first that fails.
"""

import base64
import hashlib
import json
import os
import sys
import time
import uuid
from pathlib import Path

import requests
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_private_key
from encord import EncordUserClient
from encord.exceptions import (
    AuthenticationError,
    AuthorisationError,
    EncordException,
    InvalidArgumentsError,
)
from encord.http.bundle import Bundle
from encord.orm import storage as orm
from encord.orm.dataset import LongPollingStatus
from encord.storage import StorageItemType as Type

DOMAIN = os.environ["ENCORD_TEST_DOMAIN"].rstrip("/")
KEY_FILE = os.environ["ENCORD_TEST_KEY_FILE"]
INTEGRATION = os.environ["ENCORD_TEST_INTEGRATION"]
BASE = os.environ.get("ENCORD_TEST_OBJECT_BASE", "")
RUN = uuid.uuid4().hex[:8]

INSTANCE_TAGS = (
    "00080018 00100020 00180050 00181114 00181164 0020000D 0020000E 00200013 00200032 00200037 00209113 00209116 "
    "00280004 00280008 00280010 00280011 00280030 00281050 00281051 00289110 52009229 52009230"
).split()


def check(what, got, want=True):
    if got != want:
        sys.exit(f"FAILED {what}: got {got!r}, expected {want!r}")
    print(f"ok  {what}")


def refused(what, kind, call):
    try:
        call()
    except kind:
        print(f"ok  {what}")
    else:
        sys.exit(f"FAILED {what}: it was not refused with {kind.__name__}")


def url(name):
    return (BASE or "https://account.blob.core.windows.net/container/") + name


def integrations(client):
    global INTEGRATION
    found = client.get_cloud_integrations()
    INTEGRATION = next((one.id for one in found if one.title == INTEGRATION), INTEGRATION)
    check("the integration is listed", INTEGRATION in [one.id for one in found])
    title = next(one.title for one in found if one.id == INTEGRATION)
    by_both = client.get_cloud_integrations(filter_integration_uuids=[INTEGRATION], filter_integration_titles=[title])
    check("integrations are filtered", [one.id for one in by_both], [INTEGRATION])
    check("no integration has an unknown title", client.get_cloud_integrations(filter_integration_titles=["?"]), [])


def schema(client):
    mine = f"sdk_{RUN}"
    before = client.metadata_schema()
    before.add_scalar(f"{mine}.site", data_type="varchar")
    before.add_scalar(f"{mine}.count", data_type="number")
    before.add_enum(f"{mine}.weather", values=["rain", "dry"])
    before.add_embedding(f"{mine}-clip", size=4)
    before.add_geospatial(f"{mine}.where")
    before.add_scalar(f"{mine}.gone", data_type="uuid")
    before.delete_key(f"{mine}.gone")
    before.save()
    after = client.metadata_schema()
    check("the schema reads back as it was saved", repr(after), repr(before))
    check("enum options read back", list(after.get_enum_options(f"{mine}.weather")), ["dry", "rain"])
    check("embedding size reads back", after.get_embedding_size(f"{mine}-clip"), 4)
    after.restore_key(f"{mine}.gone")
    after.save()
    check("a key is restored", client.metadata_schema().get_key_type(f"{mine}.gone"), "uuid")


def folders(client):
    top = client.create_storage_folder(f"sdk {RUN}", description="d", client_metadata={"k": 1, "nested": {"a_b": None}})
    check("folder metadata reads back", client.get_storage_folder(top.uuid).client_metadata, {"k": 1, "nested": {"a_b": None}})
    for number in range(5):
        top.create_subfolder(f"child {number}")
    child = client.create_storage_folder("child of sdk", client_metadata={"x": "y"}, parent_folder=top)
    check("the parent is kept", child.parent_uuid, top.uuid)
    check("path to root", [step.uuid for step in child.path_to_root], [child.uuid, top.uuid])
    check("top-level folders", top.uuid in [one.uuid for one in client.list_storage_folders(search=RUN, page_size=1)])
    pages = [one.name for one in top.list_subfolders(page_size=2)]
    check("subfolders over pages", pages, sorted(pages))
    check("every subfolder is listed", len(pages), 6)
    downwards = [one.name for one in top.list_subfolders(search="child ", desc=True, page_size=3)]
    check("subfolders downwards", downwards, sorted(pages, reverse=True))
    check("folders are found", [one.uuid for one in client.find_storage_folders(search=f"SDK {RUN}")], [top.uuid])
    check("subfolders are found", [one.uuid for one in top.find_subfolders(search="of sdk")], [child.uuid])
    child.update(name="renamed", description="new", client_metadata={"x": 2})
    check("a folder is changed", (child.name, child.description, child.client_metadata), ("renamed", "new", {"x": 2}))
    with Bundle() as bundle:
        child.update(name="renamed again", bundle=bundle)
    check("a folder is changed in bulk", child.name, "renamed again")
    child.move_to_folder(None)
    check("a folder is moved to the top", child.parent_uuid, None)
    child.delete()
    refused("a deleted folder", AuthorisationError, lambda: client.get_storage_folder(child.uuid))
    refused("an unknown folder", AuthorisationError, lambda: client.get_storage_folder(uuid.uuid4()))
    return top


def sync(client):
    """A synced folder over the sample; gives the URLs found by type."""
    params = orm.CloudSyncedFolderParams(integration_uuid=uuid.UUID(INTEGRATION), remote_url=url(""))
    folder = client.create_storage_folder(f"synced {RUN}", cloud_synced_folder_params=params)
    check("the folder is cloud-synced", (folder.is_cloud_synced, folder.remote_url), (True, url("")))
    folder.enable_metadata_ingestion()
    config = folder.get_folder_config()
    check("sidecar suffix reads back", config.metadata_ingestion.matcher.suffix, ".metadata.json")
    if not BASE:
        return {}
    job = folder.sync_private_data_with_cloud_synced_folder_start()
    result = folder.sync_private_data_with_cloud_synced_folder_get_result(job)
    check("the sync is done", result.status, orm.SyncPrivateDataWithCloudSyncedFolderStatus.DONE)
    found = {}
    for item in folder.list_items(item_types=list(Type), page_size=50):
        found.setdefault(item.item_type, []).append(item.url)
    check("synced items", result.upload_jobs_units_done, sum(len(urls) for urls in found.values()))
    for kind in (Type.IMAGE, Type.VIDEO, Type.AUDIO, Type.PDF, Type.PLAIN_TEXT):
        check(f"the sample has {kind.value}", len(found.get(kind, [])) > 0)
    print("    ", {kind.value: len(urls) for kind, urls in found.items()})
    return found


def all_types(found):
    def sample(kind, fallback):
        # The mislabelled ones are there to fail.
        urls = [one for one in found.get(kind, []) if "mislabelled" not in one]
        return urls[0] if urls else url(fallback)

    image, video = sample(Type.IMAGE, "i.png"), sample(Type.VIDEO, "v.mp4")
    frames = [url(f"site-leeds/cam01/2026-04-01/frame_{number:04}.jpg") for number in (1, 2, 3)]
    tags = {tag: None for tag in INSTANCE_TAGS}
    items = orm.DataUploadItems(
        videos=[
            orm.DataUploadVideo(
                object_url=video,
                title="clip",
                client_metadata={"a_b": 1, "n": None, "$encord": {"frames": {"0": {"x": None}}}},
                video_metadata=orm.CustomerProvidedVideoMetadata(
                    fps=25.0, duration=1.5, width=64, height=48, file_size=1000, mime_type="video/mp4"
                ),
            )
        ],
        images=[
            orm.DataUploadImage(
                object_url=image,
                title="still",
                image_metadata=orm.CustomerProvidedImageMetadata(mime_type="image/jpeg", file_size=9, height=2, width=3),
            )
        ],
        image_groups=[
            orm.DataUploadImageGroup(title="group", images=[orm.DataUploadImageGroupImage(url=one) for one in frames]),
            orm.DataUploadImageGroup(
                title="sequence", images=[orm.DataUploadImageGroupImage(url=one) for one in frames], create_video=True
            ),
        ],
        dicom_series=[
            orm.DataUploadDicomSeries(
                title="ct",
                dicom_files=[
                    orm.DataUploadDicomSeriesDicomFile(
                        url=url(f"ct/patient-007/slice_{number:03}.dcm"),
                        title=None,
                        dicom_metadata=orm.CustomerProvidedDicomSeriesDicomFileMetadata(tags=tags),
                    )
                    for number in (1, 2, 3)
                ],
            )
        ],
        audio=[
            orm.DataUploadAudio(
                object_url=sample(Type.AUDIO, "a.mp3"),
                title="sound",
                audio_metadata=orm.CustomerProvidedAudioMetadata(
                    duration=1.0, file_size=2, mime_type="audio/mpeg", sample_rate=44100, bit_depth=16, codec="mp3", num_channels=2
                ),
            )
        ],
        text=[
            orm.DataUploadText(
                object_url=sample(Type.PLAIN_TEXT, "t.txt"),
                title="text",
                text_metadata=orm.CustomerProvidedTextMetadata(file_size=1, mime_type="text/plain"),
            )
        ],
        pdf=[
            orm.DataUploadPDF(
                object_url=sample(Type.PDF, "d.pdf"),
                title="paper",
                pdf_metadata=orm.CustomerProvidedPdfMetadata(file_size=1, num_pages=2),
            )
        ],
        nifti=[orm.DataUploadNifti(object_url=url("mri/phantom.nii"), title="volume.nii")],
        time_series=[
            orm.DataUploadTimeSeries(
                object_url=url("docs/t.txt") if not BASE else sample(Type.PLAIN_TEXT, "t.txt"),
                title="speed",
                settings=orm.TimeSeriesViewSettings(channels={"v": orm.TimeSeriesLineChannelViewSettings(line_width=2)}),
            )
        ],
        scenes=[orm.DataUploadScene(title="scene", scene={"url": url("lidar/junction-a.pcd"), "format": "pcd"})],
        skip_duplicate_urls=False,
    )
    return items


def uploads(client, top, found):
    folder = top.create_subfolder("typed")
    job = folder.add_private_data_to_folder_start(INTEGRATION, all_types(found), ignore_errors=True)
    result = folder.add_private_data_to_folder_get_result(job)
    check("no unit of the typed job failed", [error.error for error in result.unit_errors], [])
    check("the typed job", (result.status, result.units_done_count, result.units_pending_count), (LongPollingStatus.DONE, 11, 0))
    items = {item.name: item for item in folder.list_items(item_types=list(Type), page_size=3)}
    kinds = {name: item.item_type for name, item in items.items()}
    check(
        "every type is there",
        kinds,
        {
            "clip": Type.VIDEO,
            "still": Type.IMAGE,
            "group": Type.IMAGE_GROUP,
            "sequence": Type.IMAGE_SEQUENCE,
            "ct": Type.DICOM_SERIES,
            "sound": Type.AUDIO,
            "text": Type.PLAIN_TEXT,
            "paper": Type.PDF,
            "volume.nii": Type.NIFTI,
            "speed": Type.TIMESERIES,
            "scene": Type.SCENE,
        },
    )
    check("names of new items", sorted(one.name for one in result.items_with_names), sorted(kinds))
    clip, speed = items["clip"], items["speed"]
    check("metadata with nulls reads back", clip.client_metadata, {"a_b": 1, "n": None, "$encord": {"frames": {"0": {"x": None}}}})
    check("media metadata reads back", (clip.fps, clip.width, clip.file_size, clip.mime_type), (25.0, 64, 1000, "video/mp4"))
    check("audio metadata reads back", (items["sound"].audio_codec, items["sound"].audio_sample_rate), ("mp3", 44100))
    check("time series settings read back", speed.timeseries_settings.channels["v"].line_width, 2)
    if BASE:
        check("a signed URL can be read", requests.get(clip.get_signed_url(), timeout=30, headers={"Range": "bytes=0-4095"}).status_code in (200, 206))
    check("a group's frames", len(list(items["group"].get_child_items())), 3)
    check("a series' files", [child.item_type for child in items["ct"].get_child_items()], [Type.DICOM_FILE] * 3)
    summary = folder.get_summary()
    check("summary", (summary.files, summary.videos, summary.image_groups, summary.upload_jobs), (11, 1, 1, 1))

    clip.update(name="renamed", client_metadata={"v": 2})
    with Bundle() as bundle:
        items["still"].update(client_metadata={"v": 3}, bundle=bundle)
        items["text"].update(name="prose", bundle=bundle)
    again = client.get_storage_items([clip.uuid, items["still"].uuid, items["text"].uuid])
    check("items are changed, singly and in bulk", [(one.name, one.client_metadata) for one in again], [("renamed", {"v": 2}), ("still", {"v": 3}), ("prose", {})])
    from_items = orm.DataUploadItems(
        image_groups_from_items=[
            orm.DataUploadImageGroupFromItems(image_items=[items["still"].uuid], title="of items", create_video=False)
        ]
    )
    job = folder.add_private_data_to_folder_start(None, from_items)
    check("a group is made from items", folder.add_private_data_to_folder_get_result(job).units_done_count, 1)
    grouped = folder.create_data_group(orm.DataGroupGrid(layout_contents=[clip.uuid, items["still"].uuid], name="grid"))
    listed = folder.create_data_group([clip.uuid])
    check("data groups", [client.get_storage_item(one).item_type for one in (grouped, listed)], [Type.GROUP] * 2)
    check("items are found", [one.name for one in folder.find_items(search="PROS")], ["prose"])
    check("usage of an item", clip.get_summary().frame_in_groups, 2)
    folder.delete_storage_items([grouped, listed])
    refused("a deleted item", AuthorisationError, lambda: client.get_storage_item(grouped))


def raw_uploads(top):
    folder = top.create_subfolder("raw")
    frames = [url(f"site-leeds/cam01/2026-04-01/frame_{number:04}.jpg") for number in (1, 2)]
    files = {
        "images": [{"objectUrl": frames[0], "title": None, "clientMetadata": {"a": None}}],
        "image_groups": [{"title": "group", "objectUrl_0": frames[0], "objectUrl_1": frames[1], "createVideo": False}],
        "dicom_series": [{"title": "ct", "objectUrl_0": url("ct/patient-007/slice_001.dcm")}],
        "skip_duplicate_urls": True,
    }
    job = folder.add_private_data_to_folder_start(INTEGRATION, files)
    result = folder.add_private_data_to_folder_get_result(job)
    check("the raw job", (result.status, result.units_done_count, len(result.items_with_names)), (LongPollingStatus.DONE, 3, 3))
    result = folder.add_private_data_to_folder_get_result(folder.add_private_data_to_folder_start(INTEGRATION, json.dumps(files)))
    check("duplicates add nothing", (result.units_done_count, len(result.items_with_names)), (3, 0))
    files["images"][0]["clientMetadata"] = {"a": 2}
    files["upsert_metadata"] = True
    folder.add_private_data_to_folder_get_result(folder.add_private_data_to_folder_start(INTEGRATION, files))
    check("metadata is upserted", [one.client_metadata for one in folder.list_items(item_types=[Type.IMAGE])], [{"a": 2}])

    path = Path(KEY_FILE).with_name("upload.json")
    path.write_text(json.dumps({"videos": [{"objectUrl": "https://elsewhere.invalid/a b.mp4"}]}))
    result = folder.add_private_data_to_folder_get_result(folder.add_private_data_to_folder_start(INTEGRATION, path))
    path.unlink()
    check("the first error ends a strict job", (result.status, result.units_error_count, result.file_name), (LongPollingStatus.ERROR, 1, "upload.json"))
    check("unit errors name their URLs", result.unit_errors[0].object_urls, ["https://elsewhere.invalid/a b.mp4"])
    check("errors are told in words", (len(result.errors), bool(result.unit_errors[0].action_description)), (1, True))
    refused("a malformed job", EncordException, lambda: folder.add_private_data_to_folder_start(INTEGRATION, {"videos": [{"title": "t"}]}))
    refused("an unknown integration", AuthorisationError, lambda: folder.add_private_data_to_folder_start(str(uuid.uuid4()), files))
    refused("a sync of a plain folder", InvalidArgumentsError, folder.sync_private_data_with_cloud_synced_folder_start)
    if not BASE:
        return
    bad = orm.DataUploadItems(
        videos=[
            orm.DataUploadVideo(object_url=url("mislabelled/not-a-video.mp4")),
            orm.DataUploadVideo(object_url=url("no/such.mp4")),
            orm.DataUploadVideo(object_url=url("site-leeds/cam01/clips/clip_01.mp4")),
        ],
        dicom_series=[
            orm.DataUploadDicomSeries(
                title="mixed",
                dicom_files=[
                    orm.DataUploadDicomSeriesDicomFile(url=url(f"ct/patient-008/slice_{number:03}.dcm"), title=None)
                    for number in (1, 2, 3, 4)
                ],
            )
        ],
    )
    result = folder.add_private_data_to_folder_get_result(folder.add_private_data_to_folder_start(INTEGRATION, bad, ignore_errors=True))
    check("a lenient job is done", (result.status, result.units_done_count, result.units_error_count), (LongPollingStatus.DONE, 1, 3))
    said = [error.error for error in result.unit_errors]
    check("a picture is no video", said[0].startswith("Expected a video, got a file of type image/"))
    check("a missing blob is named", said[1], f"Object not found: {url('no/such.mp4')}")
    check("studies are not mixed", said[2], "The value of DICOM tag 'StudyInstanceUID' should be consistent across files in a series")


def cancel(top):
    folder = top.create_subfolder("cancelled")
    frame = url("site-leeds/cam01/2026-04-01/frame_0001.jpg")
    many = orm.DataUploadItems(images=[orm.DataUploadImage(object_url=frame) for _ in range(20000)])
    job = folder.add_private_data_to_folder_start(INTEGRATION, many, ignore_errors=True)
    answer = folder.add_data_to_folder_job_cancel(job)
    result = folder.add_private_data_to_folder_get_result(job, timeout_seconds=10)
    if answer.units_cancelled_count:
        check("the job is cancelled", result.status, LongPollingStatus.CANCELLED)
    else:
        # Without storage behind it the job may be through before the call arrives.
        check("a finished job stays done", result.status, LongPollingStatus.DONE)
    check("cancelled units are counted", result.units_cancelled_count, answer.units_cancelled_count)
    check("every unit is accounted for", result.units_done_count + result.units_cancelled_count, 20000)


def signatures(key):
    """Requests made by hand: only a fresh signature over exactly this request, by a known key, is let in."""
    target = "/v2/public/cloud-integrations?includeOrgAccess=False"
    known = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()

    def ask(signer=key, key_id=known, age=0, digest=None, sent=target, drop=None, flip=False):
        content = digest or base64.b64encode(hashlib.sha256(b"").digest()).decode()
        created = int(time.time()) - age
        params = f'("@method" "@request-target" "content-digest");created={created};keyid="{key_id}";alg="ed25519"'
        lines = ['"@method": GET', f'"@request-target": {target}', f'"content-digest": sha-256=:{content}:', f'"@signature-params": {params}']
        signature = bytearray(signer.sign("\n".join(lines).encode()))
        if flip:
            signature[5] ^= 1
        headers = {
            "Content-Digest": f"sha-256=:{content}:",
            "Signature-Input": f"encord-sig={params}",
            "Signature": f"encord-sig=:{base64.b64encode(bytes(signature)).decode()}:",
            "X-Cloud-Trace-Context": "0123456789abcdef0123456789abcdef/1;o=1",
        }
        headers.pop(drop, None)
        answer = requests.get(DOMAIN + sent, headers=headers, timeout=30)
        check("    the trace is echoed", answer.headers.get("X-Cloud-Trace-Context", "").startswith("0123456789abcdef"))
        return answer.status_code, "message" in answer.json()

    check("a right signature", ask()[0], 200)
    stranger = Ed25519PrivateKey.generate()
    its_id = stranger.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
    wrong = base64.b64encode(hashlib.sha256(b"x").digest()).decode()
    check("a bad signature", ask(flip=True), (401, True))
    check("another key's signature", ask(signer=stranger), (401, True))
    check("an unknown key", ask(signer=stranger, key_id=its_id), (401, True))
    check("a stale timestamp", ask(age=600), (401, True))
    check("a timestamp of the future", ask(age=-600), (401, True))
    check("a wrong digest", ask(digest=wrong), (401, True))
    check("another target", ask(sent=target.replace("False", "True")), (401, True))
    for header in ("Content-Digest", "Signature-Input", "Signature"):
        check(f"no {header}", ask(drop=header), (401, True))
    check("an unknown token", requests.get(DOMAIN + target, headers={"Authorization": "Bearer no"}, timeout=30).status_code, 401)
    check("an unknown path", requests.get(DOMAIN + "/v2/public/nowhere", timeout=30).status_code, 404)


def main():
    text = Path(KEY_FILE).read_text(encoding="ascii")
    key = load_ssh_private_key(text.encode(), password=None)
    client = EncordUserClient.create_with_ssh_private_key(text, domain=DOMAIN)
    integrations(client)
    by_token = EncordUserClient.create_with_bearer_token(client.get_bearer_token(), domain=DOMAIN)
    check("a bearer token serves as well", len(by_token.get_cloud_integrations()), len(client.get_cloud_integrations()))
    stranger = EncordUserClient.create_with_bearer_token("no", domain=DOMAIN)
    refused("a wrong bearer token", AuthenticationError, stranger.get_cloud_integrations)
    schema(client)
    top = folders(client)
    found = sync(client)
    uploads(client, top, found)
    raw_uploads(top)
    cancel(top)
    signatures(key)
    print("the SDK is content")


if __name__ == "__main__":
    main()
