"""The bounds of one inspection, so that a test or an operator can draw them tighter."""

from dataclasses import dataclass

from core import limits as house


@dataclass(frozen=True, slots=True)
class Limits:
    """Every bound the inspection keeps; units and reasons are in ``core.limits``."""

    archive_bytes_max: int = house.UPLOAD_BYTES_MAX
    entries_max: int = house.ARCHIVE_ENTRIES_MAX
    directory_bytes_max: int = house.ARCHIVE_DIRECTORY_BYTES_MAX
    comment_bytes_max: int = house.ARCHIVE_COMMENT_BYTES_MAX
    files_max: int = house.BUNDLE_FILES_MAX
    unpacked_bytes_max: int = house.BUNDLE_BYTES_MAX
    file_bytes_max: int = house.BUNDLE_FILE_BYTES_MAX
    code_file_bytes_max: int = house.BUNDLE_CODE_FILE_BYTES_MAX
    ratio_max: int = house.BUNDLE_RATIO_MAX
    ratio_from_bytes: int = house.BUNDLE_RATIO_FROM_BYTES
    path_bytes_max: int = house.BUNDLE_PATH_BYTES_MAX
    path_depth_max: int = house.BUNDLE_PATH_DEPTH_MAX
    image_side_pixels_max: int = house.BUNDLE_IMAGE_SIDE_PIXELS_MAX
    image_pixels_max: int = house.BUNDLE_IMAGE_PIXELS_MAX
    icon_side_pixels_max: int = house.BUNDLE_ICON_SIDE_PIXELS_MAX
    manifest_bytes_max: int = house.MANIFEST_BYTES_MAX
    manifest_depth_max: int = house.MANIFEST_DEPTH_MAX
    script_parse_bytes_max: int = house.SCRIPT_PARSE_BYTES_MAX
    script_parse_all_bytes_max: int = house.SCRIPT_PARSE_ALL_BYTES_MAX
    scan_file_s: int = house.SCAN_FILE_S
    local_origins: bool = False  # only where the platform runs for development
    findings_per_rule_max: int = house.FINDINGS_PER_RULE_MAX
