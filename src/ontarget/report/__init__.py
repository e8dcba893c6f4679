"""What a study leaves behind: sections, tables, pictures, and one page."""
