"""Tracking: a finished run folder, shown in somebody's tool."""
