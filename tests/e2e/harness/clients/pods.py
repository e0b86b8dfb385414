"""Prints the names of a namespace's pods, with the client as its documentation shows it for a pod."""

import sys

from kubernetes import client, config

config.load_incluster_config()
for pod in client.CoreV1Api().list_namespaced_pod(sys.argv[1]).items:
    print(pod.metadata.name)
