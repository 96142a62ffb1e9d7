"""Tests of what operators see: metrics, doctor."""
