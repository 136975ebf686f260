def sync_quietly():
    pass
