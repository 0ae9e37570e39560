"""Where moto's EC2 differs from AWS: routes of gateway endpoints and filters by them, client tokens that count, deleted endpoints that go."""

from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import EC2Backend
from moto.ec2.models.route_tables import RouteTable

from .context import Emulator

# AWS lists a deleted endpoint for a while, and look-ups have to see through that.
DELETED_SECONDS = 60.0


def install(emulator: Emulator) -> None:
    _creation()
    _modification()
    _deletion(emulator)
    _filters()


def _filters() -> None:
    """Route tables are found by the prefix list of their routes, as gateway endpoints make them."""
    value = RouteTable.get_filter_value

    def get_filter_value(self: Any, filter_name: str, method_name: str | None = None) -> Any:
        if filter_name == "route.destination-prefix-list-id":
            lists = [route.destination_prefix_list for route in self.routes.values()]
            return [one.id for one in lists if one is not None]
        return value(self, filter_name, method_name)

    RouteTable.get_filter_value = get_filter_value


def _creation() -> None:
    create = EC2Backend.create_vpc_endpoint

    def create_vpc_endpoint(self: Any, **given: Any) -> Any:
        token = given.get("client_token")
        for endpoint in self.vpc_end_points.values():
            if token and endpoint.client_token == token:
                return endpoint
        given["endpoint_type"] = given.get("endpoint_type") or "Gateway"
        if given["endpoint_type"].lower() == "gateway":
            _check_routes(self, given["service_name"], given.get("route_table_ids") or [], None)
        return create(self, **given)

    EC2Backend.create_vpc_endpoint = create_vpc_endpoint


def _modification() -> None:
    """A route table has the route to the service exactly as long as it belongs to the gateway endpoint."""
    modify = EC2Backend.modify_vpc_endpoint

    def modify_vpc_endpoint(self: Any, vpc_id: str, **given: Any) -> Any:  # moto names the endpoint so
        endpoint = self.vpc_end_points.get(vpc_id)
        before = set(endpoint.route_table_ids or []) if endpoint else set()
        if endpoint:
            _check_routes(self, endpoint.service_name, given.get("add_route_tables") or [], vpc_id)
        answer = modify(self, vpc_id, **given)
        after = set(endpoint.route_table_ids or []) if endpoint else set()
        if endpoint and endpoint.destination_prefix_list_id:
            prefixes = endpoint.destination_prefix_list_id
            for table in sorted(after - before):
                self.create_route(table, None, gateway_id=vpc_id, destination_prefix_list_id=prefixes)
            for table in sorted(before - after):
                self.delete_route(table, prefixes)
        return answer

    EC2Backend.modify_vpc_endpoint = modify_vpc_endpoint


def _deletion(emulator: Emulator) -> None:
    delete, describe = EC2Backend.delete_vpc_endpoints, EC2Backend.describe_vpc_endpoints

    def delete_vpc_endpoints(self: Any, vpce_ids: list[str] | None = None) -> None:
        endpoints = [self.vpc_end_points.get(vpce_id) for vpce_id in vpce_ids or []]
        there = [endpoint for endpoint in endpoints if endpoint and endpoint.state != "deleted"]
        delete(self, [endpoint.id for endpoint in there])
        for endpoint in there:
            endpoint.deleted_at = emulator.clock.now()

    def describe_vpc_endpoints(self: Any, *given: Any, **named: Any) -> Any:
        latest = emulator.clock.now() - DELETED_SECONDS
        for endpoint in list(self.vpc_end_points.values()):
            if endpoint.state == "deleted" and endpoint.deleted_at <= latest:
                del self.vpc_end_points[endpoint.id]
        return describe(self, *given, **named)

    EC2Backend.delete_vpc_endpoints = delete_vpc_endpoints
    EC2Backend.describe_vpc_endpoints = describe_vpc_endpoints


def _check_routes(backend: Any, service: str, tables: list[str], own: str | None) -> None:
    lists = [p.id for p in backend.managed_prefix_lists.values() if p.prefix_list_name == service]
    for endpoint in backend.vpc_end_points.values():
        if endpoint.id == own or endpoint.state == "deleted" or endpoint.service_name != service:
            continue
        for table in set(tables) & set(endpoint.route_table_ids or []):
            raise EC2ClientError(
                "RouteAlreadyExists",
                f"route table {table} already has a route with destination-prefix-list-id {''.join(lists[:1])}",
            )
