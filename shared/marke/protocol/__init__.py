"""What hub and node say to each other: messages, the conversation, the wire."""
