"""Other people's file formats, read and written."""
