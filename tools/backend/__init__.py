"""The reference backend: stores what boxes record, confirms what is stored (docs/operators.md).

    MQTT ($share) -> wire -> batches -> Store.save, committed -> Store.advance -> `ack`

A record is safe once `ack` names it; until then its box sends it again. So every other loss (a
killed consumer, a full queue, a broker or a database that restarts) costs a repetition, no record.
"""
