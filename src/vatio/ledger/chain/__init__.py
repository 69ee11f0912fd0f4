"""The chain: headers, payloads, keys and pins, and the check of all of them."""

from vatio._door import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from vatio.ledger.chain._append import Chain as Chain
    from vatio.ledger.chain._append import as_entry as as_entry
    from vatio.ledger.chain._append import head_of as head_of
    from vatio.ledger.chain._append import make_entry as make_entry
    from vatio.ledger.chain._append import store_entry as store_entry
    from vatio.ledger.chain._check import Link as Link
    from vatio.ledger.chain._check import by_origin as by_origin
    from vatio.ledger.chain._check import check_links as check_links
    from vatio.ledger.chain._check_keys import check_given_key as check_given_key
    from vatio.ledger.chain._check_keys import check_origins as check_origins
    from vatio.ledger.chain._check_keys import check_pins as check_pins
    from vatio.ledger.chain._check_keys import check_signatures as check_signatures
    from vatio.ledger.chain._header import GENESIS as GENESIS
    from vatio.ledger.chain._header import Header as Header
    from vatio.ledger.chain._header import as_bytes as as_bytes
    from vatio.ledger.chain._header import entry_hash as entry_hash
    from vatio.ledger.chain._header import header_bytes as header_bytes
    from vatio.ledger.chain._header import payload_hash as payload_hash
    from vatio.ledger.chain._header import read_header as read_header
    from vatio.ledger.chain._identity import Identity as Identity
    from vatio.ledger.chain._identity import own_origin as own_origin
    from vatio.ledger.chain._keys import Signer as Signer
    from vatio.ledger.chain._keys import former_key as former_key
    from vatio.ledger.chain._keys import generate_key as generate_key
    from vatio.ledger.chain._keys import is_public as is_public
    from vatio.ledger.chain._keys import is_signed as is_signed
    from vatio.ledger.chain._keys import is_signed_message as is_signed_message
    from vatio.ledger.chain._keys import key_id as key_id
    from vatio.ledger.chain._keys import read_signer as read_signer
    from vatio.ledger.chain._trust import Pin as Pin
    from vatio.ledger.chain._trust import add_pin as add_pin
    from vatio.ledger.chain._trust import read_pins as read_pins

__getattr__, __dir__, __all__ = door(
    __name__,
    {
        "_append": "Chain as_entry head_of make_entry store_entry",
        "_check": "Link by_origin check_links",
        "_check_keys": "check_given_key check_origins check_pins check_signatures",
        "_header": "GENESIS Header as_bytes entry_hash header_bytes payload_hash read_header",
        "_identity": "Identity own_origin",
        "_keys": "Signer former_key generate_key is_public is_signed is_signed_message key_id read_signer",
        "_trust": "Pin add_pin read_pins",
    },
)
