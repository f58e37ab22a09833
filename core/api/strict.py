"""Serializers that take what the schema says and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer to which an unknown member is a fault; all faults are listed at once."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated members. Raises ValidationError with every fault."""
        faults: dict[str, Any] = {}
        if isinstance(data, Mapping):
            known = {name for name, field in self.fields.items() if not field.read_only}
            for name in data:
                if name not in known:
                    faults[str(name)] = [serializers.ErrorDetail("is not known", code="unknown")]
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as reason:
            if isinstance(reason.detail, dict):
                faults |= reason.detail
                raise serializers.ValidationError(faults) from None
            raise
        if faults:
            raise serializers.ValidationError(faults)
        return value


class Text(serializers.CharField):
    """A JSON string; a number is not taken for one."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text. Raises ValidationError."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """A JSON integer; neither a text of digits nor 3.0 is taken for one."""

    def to_internal_value(self, data: Any) -> int:
        """Return the number. Raises ValidationError."""
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class YesNo(serializers.BooleanField):
    """A JSON boolean; neither "on" nor 1 is taken for one."""

    def to_internal_value(self, data: Any) -> bool:
        """Return the boolean. Raises ValidationError."""
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class ProblemDocument(serializers.Serializer[Any]):
    """An RFC 9457 problem: what every refusal looks like."""

    type = serializers.CharField(help_text="Where the code is documented: /problems/<code>")
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="Stable, for programs")
    detail = serializers.CharField(required=False)
    remedy = serializers.CharField(required=False)
    errors = serializers.ListField(  # type: ignore[assignment]  # the member of RFC 9457 has this name
        child=serializers.DictField(child=serializers.CharField()), required=False
    )
    retry_after_s = serializers.IntegerField(required=False)
