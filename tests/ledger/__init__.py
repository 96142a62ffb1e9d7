"""Never more sold than there is, never a unit leaked: whatever comes in whichever order."""
