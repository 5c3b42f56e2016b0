"""Stack files: reading, merging, checking; generic over the model."""

from __future__ import annotations

from homeport.settings.engine import EngineConfig, engine_config, file_engine_config

__all__ = ["EngineConfig", "engine_config", "file_engine_config"]
