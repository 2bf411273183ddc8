"""Where files lie beyond this server: on an SFTP server, in an S3-compatible store; one module each."""
