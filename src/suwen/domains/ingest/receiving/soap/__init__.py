"""Receiving over SOAP 1.1 and 1.2: the inbox, tokens and answers of the JSON interface, with a WSDL of each source."""
