"""The numbers about a question: experiments in, frozen arrays out. No files, no figures, no YAML."""
