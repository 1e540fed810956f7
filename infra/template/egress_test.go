package template_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestProvidersAreCalledFromOneAddress, if that is asked for: the functions that call providers, and no others, leave through the
// NAT gateway; as long as it is not asked for nothing of it is there, and nothing is billed by the hour.
func TestProvidersAreCalledFromOneAddress(t *testing.T) {
	d, p := read(t), load(t)
	calling := 0
	for _, f := range d.functions(t) {
		calls := p.from(f.Folder).calls("pkg/provider.Doer.Do")
		if calls {
			calling++
		}
		text, err := json.Marshal(d.Resources[f.Name].Properties["VpcConfig"])
		if err != nil {
			t.Fatal(err)
		}
		inside := strings.HasPrefix(string(text), `["HasFixedEgress",{`) && strings.HasSuffix(string(text), `,"AWS::NoValue"]`) &&
			strings.Contains(string(text), "EgressPrivateA") && strings.Contains(string(text), "EgressPrivateB") && strings.Contains(string(text), "EgressGroup")
		if calls != inside || !calls && string(text) != "null" {
			t.Errorf("%s calls providers: %v; its network is %s", f.Folder, calls, text)
		}
	}
	if calling < 4 {
		t.Errorf("%d functions call providers", calling)
	}
	made := map[string]int{}
	for name, r := range d.Resources {
		if !strings.HasPrefix(r.Type, "AWS::EC2::") {
			continue
		}
		made[r.Type]++
		if r.Condition != "HasFixedEgress" {
			t.Errorf("%s is made although nobody asked for it", name)
		}
	}
	for _, one := range []string{"AWS::EC2::EIP", "AWS::EC2::NatGateway", "AWS::EC2::SecurityGroup"} {
		if made[one] != 1 {
			t.Errorf("%d of %s", made[one], one)
		}
	}
	routes := map[string]any{}
	for _, name := range d.ofType("AWS::EC2::Route") {
		properties := d.Resources[name].Properties
		for _, way := range []string{"NatGatewayId", "GatewayId"} {
			if properties[way] != nil {
				routes[properties["RouteTableId"].(string)] = properties[way]
			}
		}
	}
	for _, name := range d.ofType("AWS::EC2::SubnetRouteTableAssociation") {
		properties := d.Resources[name].Properties
		private := strings.HasPrefix(properties["SubnetId"].(string), "EgressPrivate")
		if way := routes[properties["RouteTableId"].(string)]; (way == "EgressNat") != private {
			t.Errorf("%v leaves by %v", properties["SubnetId"], way)
		}
	}
	if r := d.Resources["EgressAddress"]; r.DeletionPolicy != "Retain" {
		t.Error("an address that is in the lists of networks would be given away")
	}
	if given := d.Parameters["FixedEgress"]; given.Default != "off" {
		t.Errorf("it is %v unless somebody says so", given.Default)
	}
}
