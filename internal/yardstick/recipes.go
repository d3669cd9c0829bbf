package yardstick

// course is how an incident's days follow each other.
type course int

const (
	plateau  course = iota // from one hour to another, even between
	single                 // a purchase
	ramp                   // a straight line up, until it is noticed
	creep                  // up over ten days, then even
	weekend                // from Friday evening to Monday morning
	weekends               // each Saturday and Sunday
	burst                  // high at once, and falling
)

// piece is the part of an incident that one service bills.
type piece struct {
	service string
	share   float64
	place   place
}

// recipe is one kind of incident. Its dollars a day at full height are drawn
// log-uniform, from a range or from parts of the account's usual day.
type recipe struct {
	kind      string
	course    course
	low, high int        // days
	usd       [2]float64 // dollars a day
	of        [2]float64 // of the account's usual day, where usd is zero
	who       string     // archetypes; "" any that is not the payer's
	pieces    []piece
}

var recipes = []recipe{
	// Those that the outside sets have too.
	{"mining_new_region", plateau, 3, 12, [2]float64{40, 2500}, [2]float64{}, "", []piece{{ec2, 0.9, fresh}, {ec2Other, 0.1, fresh}}},
	{"oneoff_service", single, 1, 1, [2]float64{180, 9000}, [2]float64{}, "", []piece{{"AWS CloudHSM", 1, home}}},
	{"bedrock_abuse", plateau, 2, 7, [2]float64{60, 3000}, [2]float64{}, "", []piece{{"Amazon Bedrock", 1, fresh}}},
	{"nat_transfer_explosion", plateau, 2, 9, [2]float64{}, [2]float64{0.15, 0.7}, "platform saas retail edge serverless lake network hpc", []piece{{ec2Other, 1, home}}},
	{"lambda_loop", plateau, 1, 3, [2]float64{50, 2500}, [2]float64{}, "serverless saas retail dev edge lake", []piece{{lambda, 0.75, home}, {sqs, 0.15, home}, {cloudwatch, 0.1, home}}},
	{"weekend_cluster", weekend, 4, 4, [2]float64{25, 400}, [2]float64{}, "dev sandbox ml serverless hpc", []piece{{ec2, 0.85, home}, {eks, 0.15, home}}},
	{"storage_leak", ramp, 22, 42, [2]float64{25, 700}, [2]float64{}, "platform lake retail hpc saas archive edge ml", []piece{{s3, 1, home}}},
	{"small_account_compromise", plateau, 6, 14, [2]float64{12, 60}, [2]float64{}, "tiny sandbox archive dev", []piece{{ec2, 1, home}}},
	{"masked_large", plateau, 7, 14, [2]float64{}, [2]float64{0.04, 0.2}, "platform saas retail lake hpc edge gov", []piece{{lambda, 1, used}}},
	{"log_ingest_explosion", plateau, 3, 7, [2]float64{18, 500}, [2]float64{}, "", []piece{{cloudwatch, 1, home}}},
	{"snapshot_sprawl", ramp, 20, 38, [2]float64{18, 120}, [2]float64{}, "dev saas retail tiny gov serverless edge", []piece{{backup, 1, home}}},
	{"slow_drip", creep, 25, 45, [2]float64{8, 45}, [2]float64{}, "dev serverless sandbox tiny archive gov", []piece{{ec2, 1, used}}},

	// Those that they do not have.
	{"gpu_used_region", plateau, 3, 9, [2]float64{70, 3500}, [2]float64{}, "ml dev saas hpc serverless", []piece{{ec2, 1, used}}},
	{"messaging_abuse", burst, 2, 5, [2]float64{30, 1800}, [2]float64{}, "", []piece{{sns, 0.8, home}, {ses, 0.2, home}}},
	{"egress_exfiltration", burst, 1, 4, [2]float64{50, 4000}, [2]float64{}, "", []piece{{s3, 0.2, home}, {transfer, 0.8, home}}},
	{"forgotten_test_cluster", plateau, 10, 30, [2]float64{20, 300}, [2]float64{}, "", []piece{{emr, 0.3, home}, {ec2, 0.7, home}}},
	{"runaway_queries", plateau, 1, 5, [2]float64{60, 2200}, [2]float64{}, "lake saas retail hpc ml serverless", []piece{{athena, 0.9, home}, {s3, 0.1, home}}},
	{"kms_storm", plateau, 2, 8, [2]float64{25, 600}, [2]float64{}, "platform saas serverless lake gov hpc", []piece{{kms, 0.85, home}, {cloudtrail, 0.15, home}}},
	{"dynamodb_stuck", plateau, 5, 20, [2]float64{30, 900}, [2]float64{}, "serverless retail saas", []piece{{dynamodb, 1, home}}},
	{"savings_plan_expired", plateau, 12, 35, [2]float64{}, [2]float64{0.1, 0.35}, "platform saas gov hpc retail lake", []piece{{ec2, 1, home}}},
	{"s3_lambda_recursion", plateau, 1, 3, [2]float64{30, 1500}, [2]float64{}, "", []piece{{lambda, 0.55, home}, {s3, 0.4, home}, {cloudwatch, 0.05, home}}},
	{"ai_loop", burst, 1, 4, [2]float64{40, 2500}, [2]float64{}, "", []piece{{"Amazon Textract", 0.6, home}, {"Amazon Comprehend", 0.4, home}}},
	{"nat_weekends", weekends, 16, 23, [2]float64{40, 500}, [2]float64{}, "saas gov dev retail network serverless", []piece{{ec2Other, 1, home}}},
	{"campaign", plateau, 3, 8, [2]float64{25, 600}, [2]float64{}, "", []piece{{ec2, 0.9, fresh}, {ec2Other, 0.1, fresh}}},
	{"cloudtrail_data_events", plateau, 8, 25, [2]float64{20, 350}, [2]float64{}, "", []piece{{cloudtrail, 0.9, home}, {s3, 0.1, home}}},
	{"workspaces_left", plateau, 10, 30, [2]float64{12, 180}, [2]float64{}, "", []piece{{"Amazon WorkSpaces", 1, home}}},
	{"snapshot_copies", ramp, 12, 25, [2]float64{25, 400}, [2]float64{}, "archive gov saas lake hpc dev", []piece{{ec2Other, 0.7, used}, {transfer, 0.3, home}}},
	{"support_plan", single, 1, 1, [2]float64{150, 5000}, [2]float64{}, "", []piece{{"AWS Support (Business)", 1, none}}},
	{"duplicated_environment", plateau, 8, 25, [2]float64{}, [2]float64{0.3, 0.8}, "saas gov retail serverless", []piece{{ec2, 0.55, used}, {rds, 0.25, used}, {elb, 0.08, used}, {ec2Other, 0.12, used}}},
}
