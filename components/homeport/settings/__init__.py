"""Stack files: reading, merging, checking; generic over the model."""

from __future__ import annotations

from homeport.settings.engine import EngineConfig, engine_config, file_engine_config
from homeport.settings.loader import Loaded, load
from homeport.settings.secrets import missing_secrets

__all__ = ["EngineConfig", "Loaded", "engine_config", "file_engine_config", "load", "missing_secrets"]
