"""What stands in plain folders: files of evidence, letters to be sent, and the reader of PDF documents."""
