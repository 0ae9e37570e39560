"""Where moto's EC2 is more lenient than AWS: one S3 gateway endpoint per route table, and client tokens that count."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend


def install() -> None:
    create, modify = EC2Backend.create_vpc_endpoint, EC2Backend.modify_vpc_endpoint

    def create_vpc_endpoint(self: Any, **given: Any) -> Any:
        token = given.get("client_token")
        for endpoint in self.vpc_end_points.values():
            if token and endpoint.client_token == token:
                return endpoint
        if (given.get("endpoint_type") or "Gateway").lower() == "gateway":
            _check_routes(self, given["service_name"], given.get("route_table_ids") or [], None)
        return create(self, **given)

    def modify_vpc_endpoint(self: Any, vpc_id: str, **given: Any) -> Any:  # moto names the endpoint so
        endpoint = self.vpc_end_points.get(vpc_id)
        if endpoint and given.get("add_route_tables"):
            _check_routes(self, endpoint.service_name, given["add_route_tables"], vpc_id)
        return modify(self, vpc_id, **given)

    EC2Backend.create_vpc_endpoint = create_vpc_endpoint
    EC2Backend.modify_vpc_endpoint = modify_vpc_endpoint


def _check_routes(backend: Any, service: str, tables: list[str], own: str | None) -> None:
    lists = [p.id for p in backend.managed_prefix_lists.values() if p.prefix_list_name == service]
    for endpoint in backend.vpc_end_points.values():
        if endpoint.id == own or endpoint.service_name != service:
            continue
        for table in set(tables) & set(endpoint.route_table_ids or []):
            raise EC2ClientError(
                "RouteAlreadyExists",
                f"route table {table} already has a route with destination-prefix-list-id {''.join(lists[:1])}",
            )
