"""Where a ledger lies, on what file system, and who owns a run that is being recorded."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.disk._filesystem import is_network as is_network
    from vatio.ledger.disk._folder import folder_bytes as folder_bytes
    from vatio.ledger.disk._folder import remove_folder as remove_folder
    from vatio.ledger.disk._owner import FILE as FILE
    from vatio.ledger.disk._owner import OwnerLock as OwnerLock
    from vatio.ledger.disk._owner import is_owned as is_owned
    from vatio.ledger.disk._owner import machine_id as machine_id
    from vatio.ledger.disk._owner import owner_machine as owner_machine
    from vatio.ledger.disk._place import Places as Places
    from vatio.ledger.disk._place import ledger_path as ledger_path
    from vatio.ledger.disk._place import places as places

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_filesystem": "is_network",
        "_folder": "folder_bytes remove_folder",
        "_owner": "FILE OwnerLock is_owned machine_id owner_machine",
        "_place": "Places ledger_path places",
    },
)
