"""Elasticsearch's mappings, analysis, templates and lifecycle policies, as JSON that is sent to the server as it stands.

``<kind>.json`` is the mapping of one kind of index, ``settings.json`` the settings and analysis they share; ``templates/`` and
``policies/`` hold what an administrator installs once (``strazha index install``). The backend reads them as data of this
package by name (strazha/store/elasticsearch/shape.py): no code of the ground floor depends on this room.
"""
