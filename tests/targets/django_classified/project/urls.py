"""Addresses: the package's own, nothing else."""

from django.urls import include, path

urlpatterns = [path("", include("django_classified.urls", namespace="django_classified"))]
