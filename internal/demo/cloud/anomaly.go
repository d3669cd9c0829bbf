package cloud

import "rootwatch/checks/account"

// anomalyARN is the ARN of a monitor or a subscription.
func (s *Server) anomalyARN(kind, name string) string {
	return s.org.arn("ce", kind+"/"+name, s.org.Management().ID)
}

func (s *Server) anomalies(q *request) []AnomalySubscription {
	if q.caller.id != s.org.Management().ID {
		return nil // each account has its own, and only the payer has any here
	}
	return s.org.Anomalies
}

func (s *Server) getAnomalySubscriptions(q *request) (any, *apiError) {
	if s.org.CostExplorerOff {
		return nil, invalid("AccessDeniedException", "User not enabled for cost explorer access")
	}
	list := []map[string]any{}
	for _, a := range s.anomalies(q) {
		monitors, subscribers := []string{s.anomalyARN("anomalymonitor", a.Name)}, []map[string]string{}
		if a.NoMonitor {
			monitors = []string{}
		}
		for _, address := range a.Emails {
			subscribers = append(subscribers, map[string]string{"Address": address, "Type": "EMAIL", "Status": "CONFIRMED"})
		}
		for _, arn := range a.Topics {
			subscribers = append(subscribers, map[string]string{"Address": arn, "Type": "SNS", "Status": "CONFIRMED"})
		}
		list = append(list, map[string]any{"SubscriptionName": a.Name, "SubscriptionArn": s.anomalyARN("anomalysubscription", a.Name),
			"AccountId": q.caller.id.String(), "Frequency": "DAILY", "MonitorArnList": monitors, "Subscribers": subscribers})
	}
	return map[string]any{"AnomalySubscriptions": list}, nil
}

func (s *Server) getAnomalyMonitors(q *request) (any, *apiError) {
	if s.org.CostExplorerOff {
		return nil, invalid("AccessDeniedException", "User not enabled for cost explorer access")
	}
	list := []map[string]any{}
	for _, a := range s.anomalies(q) {
		if a.NoMonitor {
			continue
		}
		m := map[string]any{"MonitorName": a.Name, "MonitorArn": s.anomalyARN("anomalymonitor", a.Name), "MonitorType": "DIMENSIONAL", "MonitorDimension": "SERVICE"}
		if len(a.Accounts) > 0 {
			m["MonitorType"] = "CUSTOM"
			delete(m, "MonitorDimension")
			m["MonitorSpecification"] = map[string]any{"Dimensions": map[string]any{"Key": "LINKED_ACCOUNT", "Values": idTexts(a.Accounts)}}
		}
		list = append(list, m)
	}
	return map[string]any{"AnomalyMonitors": list}, nil
}

func idTexts(ids []account.ID) []string {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = id.String()
	}
	return texts
}
